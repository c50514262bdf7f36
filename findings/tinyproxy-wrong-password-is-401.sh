#!/usr/bin/env bash
# Date: 2026-11-29
# Package: tinyproxy 1.11.1-2.1+deb12u1 (Debian 12, package tinyproxy-bin)
# Behavior: with BasicAuth set, a proxy request without credentials gets 407 and Proxy-Authenticate, as it should. With
#   credentials that are wrong, the answer is 401 and WWW-Authenticate, the pair that belongs to a web server, also for
#   CONNECT. The page blames the configuration of the proxy and never mentions the password.
# Expected: 407 with Proxy-Authenticate both times (RFC 9110: the proxy's challenge, the proxy's status).
# Why it matters: a client that asks for the proxy's password on 407 only reports "the proxy refuses this host" after a
#   typing error, and the network people look for a missing rule. A 401 to CONNECT never comes from the target: there is
#   no tunnel yet.
# What helps: treat a 401 to CONNECT, and any answer to a sent Proxy-Authorization, as "wrong user name or password".
set -euo pipefail
work=$(mktemp -d)
proxy=
trap '[ -z "$proxy" ] || kill "$proxy" 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download tinyproxy-bin=1.11.1-2.1+deb12u1
dpkg-deb -x tinyproxy-bin_*.deb .

port=$((20000 + RANDOM % 10000))
cat >tinyproxy.conf <<CONF
Port $port
Listen 127.0.0.1
Allow 127.0.0.1
Timeout 20
MaxClients 10
BasicAuth agent right
LogFile "$work/tinyproxy.log"
CONF
./usr/bin/tinyproxy -d -c tinyproxy.conf &
proxy=$!

# ask CREDENTIALS: the status line and the challenge that CONNECT gets. Port 9 is not open: right credentials get a 5xx.
ask() {
  local header='' line
  [ -z "$1" ] || header="Proxy-Authorization: Basic $(printf '%s' "$1" | base64)"$'\r\n'
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: 127.0.0.1:9\r\n%s\r\n' "$header" >&3
  while IFS= read -r -t 10 line <&3; do
    line=${line%$'\r'}
    [ -n "$line" ] || break
    case $line in HTTP/* | *Authenticate:*) printf '%s; ' "$line" ;; esac
  done
  exec 3>&-
}
for _ in $(seq 50); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break || sleep 0.1; done

status=0
look() {
  local seen
  seen=$(ask "$2")
  echo "$1: ${seen%; }"
  [[ $seen == $3 ]] || { echo "changed: was like $3" >&2; status=1; }
}
look 'no credentials   ' '' 'HTTP/1.? 407 *; Proxy-Authenticate: Basic *'
look 'wrong password   ' 'agent:wrong' 'HTTP/1.? 401 *; WWW-Authenticate: Basic *'
look 'right credentials' 'agent:right' 'HTTP/1.? 500 *'
exit "$status"
