/**
 * The schema of plugin.xml as a table of rules (PowerSchool's published 2020 schema, and what later versions added),
 * and a validator with the messages of Xerces, which an administrator sees when an installation is refused.
 */
import { compareVersions } from './version.ts';
import type { XmlElement } from './xml.ts';

export const pluginNamespace = 'http://plugin.powerschool.pearson.com';

interface ValueRule {
  /** Name of the schema's type, as messages quote it. */
  type: string;
  least?: number;
  most?: number;
  values?: string[];
  /** A whole number up to this value. */
  greatest?: number;
}

interface ElementRule {
  attributes?: Record<string, ValueRule & { required?: true }>;
  /** `all`: any order, each at most once; `sequence`: this order. */
  order?: 'all' | 'sequence';
  children?: Record<string, { rule: ElementRule; least?: number; most?: number }>;
  /** May hold text. */
  text?: true;
}

const text = (most: number): ValueRule => ({ type: `string${most}`, most });
const strict = (most: number): ValueRule => ({ type: `string${most}strict`, least: 1, most });
const boolean: ValueRule = { type: 'boolean', values: ['true', 'false', '1', '0'] };
const required = (rule: ValueRule) => ({ ...rule, required: true as const });
const port: ValueRule = { type: 'unsignedShort', greatest: 65_535 };
const userType: ValueRule = { type: 'user_type_enum', values: ['admin', 'teacher', 'guardian', 'student'] };

const contexts = ['admin.header', 'admin.left_nav', 'teacher.header', 'guardian.header', 'student.header'];

function linksRule(path: 'required' | 'optional', uiContexts: string[]): ElementRule {
  const context: ElementRule = { attributes: { id: required({ type: 'ui_context_enum', values: uiContexts }) } };
  const link: ElementRule = {
    attributes: {
      title: text(256),
      'display-text': required(strict(100)),
      path: path === 'required' ? required(strict(1000)) : strict(1000),
    },
    order: 'sequence',
    children: {
      ui_contexts: {
        rule: { order: 'sequence', children: { ui_context: { rule: context, least: 1, most: Infinity } } },
        least: 1,
      },
    },
  };
  return { order: 'sequence', children: { link: { rule: link, least: 1, most: Infinity } } };
}

function samlRule(uiContexts: string[]): ElementRule {
  const attribute: ElementRule = {
    attributes: {
      name: required(text(256)),
      'attribute-name': text(256),
      'attribute-value': text(256),
      extension: text(256),
    },
  };
  const user: ElementRule = {
    attributes: { type: required(userType) },
    order: 'sequence',
    children: { attribute: { rule: attribute, least: 1, most: Infinity } },
  };
  const permission: ElementRule = {
    attributes: { name: required(strict(100)), value: required(strict(100)), description: required(strict(1000)) },
  };
  const userTypes: ElementRule = {
    order: 'sequence',
    children: { user_type: { rule: { attributes: { name: required(userType), 'new-window': boolean } }, most: 4 } },
  };
  return {
    attributes: {
      name: required(text(256)),
      'entity-id': strict(1000),
      'base-url': strict(1000),
      'metadata-url': strict(1000),
      'nameid-format': { type: 'nameid_format_enum', values: ['unspecified', 'transient', 'persistent'] },
      'idp-name': text(256),
      'idp-entity-id': strict(1000),
      'idp-metadata-url': strict(1000),
    },
    order: 'sequence',
    children: {
      links: { rule: linksRule('optional', uiContexts) },
      attributes: { rule: { order: 'sequence', children: { user: { rule: user, least: 1, most: Infinity } } } },
      permissions: {
        rule: { order: 'sequence', children: { permission: { rule: permission, least: 1, most: Infinity } } },
      },
      inline_authentication: { rule: { order: 'sequence', children: { user_types: { rule: userTypes, least: 1 } } } },
    },
  };
}

/** The rules that a server of this version applies. */
function pluginRule(version: string): ElementRule {
  const since = (minimum: string) => compareVersions(version, minimum) >= 0;
  const uiContexts = since('21.11') ? [...contexts, 'teacher.pro.apps'] : contexts;
  const cdn: ElementRule = { attributes: { name: required(text(since('23.1') ? 300 : 50)) } };
  const field: ElementRule = {
    text: true,
    attributes: {
      table: required(text(30)),
      field: required(text(30)),
      access: required({ type: 'requestedAccessType', values: ['ViewOnly', 'FullAccess'] }),
    },
  };
  const contact: ElementRule = { attributes: { phone: text(20), email: required(strict(40)) } };
  const toggle: ElementRule = { attributes: { required: boolean } };
  return {
    attributes: {
      name: required(strict(40)),
      version: text(20),
      description: text(256),
      class: text(256),
      deletable: boolean,
    },
    order: 'all',
    children: {
      registration: {
        rule: {
          attributes: { url: required(strict(1000)) },
          order: 'sequence',
          children: {
            'callback-data': { rule: { text: true } },
            parameter: { rule: { text: true, attributes: { name: text(256) } }, most: Infinity },
          },
        },
      },
      oauth: {
        rule: {
          attributes: {
            account_token: text(256),
            ...(since('25.2')
              ? {
                  accessLevelV1Api: { type: 'accessLevelType', values: ['NONE', 'READ', 'FULL'] },
                  'base-url': strict(1000),
                  'redirect-uri': strict(1000),
                }
              : {}),
          },
          order: 'all',
          children: { consumer: { rule: { order: 'all', children: { url: { rule: { text: true }, least: 1 } } } } },
        },
      },
      access_request: {
        rule: {
          order: 'sequence',
          children: {
            field: { rule: field, most: Infinity },
            ...(since('21.11')
              ? {
                  cdn_request: {
                    rule: { order: 'sequence', children: { cdn: { rule: cdn, least: 1, most: Infinity } } },
                  },
                }
              : {}),
          },
        },
      },
      openid: {
        rule: {
          attributes: { host: required(strict(256)), port },
          order: 'sequence',
          children: { links: { rule: linksRule('optional', uiContexts), least: 1 } },
        },
      },
      saml: { rule: samlRule(uiContexts) },
      links: { rule: linksRule('required', uiContexts) },
      publisher: {
        rule: {
          attributes: { name: required(strict(100)) },
          order: 'sequence',
          children: { contact: { rule: contact, least: 1 } },
        },
        least: 1,
      },
      autoinstall: {
        rule: {
          attributes: { required: boolean },
          order: 'all',
          children: { autoenable: { rule: toggle }, autoregister: { rule: toggle }, autoredeploy: { rule: {} } },
        },
      },
      identityAttribute: {
        rule: {
          order: 'sequence',
          children: {
            entity: {
              rule: { attributes: { name: required(strict(256)), attribute: required(strict(256)) } },
              most: Infinity,
            },
          },
        },
      },
    },
  };
}

/** Every violated rule of the schema, in document order; empty when valid. */
export function validatePluginXml(root: XmlElement, version: string): string[] {
  if (root.name !== 'plugin' || root.namespace !== pluginNamespace) {
    return [`cvc-elt.1.a: Cannot find the declaration of element '${root.name}'.`];
  }
  return elementErrors(root, pluginRule(version));
}

function elementErrors(element: XmlElement, rule: ElementRule): string[] {
  return [...attributeErrors(element, rule), ...textErrors(element, rule), ...contentErrors(element, rule)];
}

function attributeErrors(element: XmlElement, rule: ElementRule): string[] {
  const errors: string[] = [];
  const rules = rule.attributes ?? {};
  for (const [name, value] of Object.entries(element.attributes)) {
    const valueRule = rules[name];
    if (valueRule === undefined) {
      errors.push(`cvc-complex-type.3.2.2: Attribute '${name}' is not allowed to appear in element '${element.name}'.`);
      continue;
    }
    const facet = facetError(value, valueRule);
    if (facet === undefined) continue;
    errors.push(
      `${facet} cvc-attribute.3: The value '${value}' of attribute '${name}' on element '${element.name}' is not valid with respect to its type, '${valueRule.type}'.`,
    );
  }
  for (const [name, valueRule] of Object.entries(rules)) {
    if (valueRule.required === true && element.attributes[name] === undefined) {
      errors.push(`cvc-complex-type.4: Attribute '${name}' must appear on element '${element.name}'.`);
    }
  }
  return errors;
}

function facetError(value: string, rule: ValueRule): string | undefined {
  const { length } = value;
  const facet = (name: string, limit: number) =>
    `cvc-${name}-valid: Value '${value}' with length = '${length}' is not facet-valid with respect to ${name} '${limit}' for type '${rule.type}'.`;
  if (rule.values !== undefined && !rule.values.includes(value)) {
    return rule.type === 'boolean'
      ? `cvc-datatype-valid.1.2.1: '${value}' is not a valid value for 'boolean'.`
      : `cvc-enumeration-valid: Value '${value}' is not facet-valid with respect to enumeration '[${rule.values.join(', ')}]'. It must be a value from the enumeration.`;
  }
  if (rule.greatest !== undefined && !(/^\d{1,9}$/.test(value) && Number(value) <= rule.greatest)) {
    return `cvc-datatype-valid.1.2.1: '${value}' is not a valid value for '${rule.type}'.`;
  }
  if (rule.most !== undefined && length > rule.most) return facet('maxLength', rule.most);
  if (rule.least !== undefined && length < rule.least) return facet('minLength', rule.least);
  return undefined;
}

function textErrors(element: XmlElement, rule: ElementRule): string[] {
  // White space is allowed between elements, but not where nothing at all is allowed.
  const found = rule.children === undefined ? element.text : element.text.trim();
  if (rule.text === true || found === '') return [];
  return rule.children === undefined
    ? [
        `cvc-complex-type.2.1: Element '${element.name}' must have no character or element information item [children], because the type's content type is empty.`,
      ]
    : [
        `cvc-complex-type.2.3: Element '${element.name}' cannot have character [children], because the type's content type is element-only.`,
      ];
}

function contentErrors(element: XmlElement, rule: ElementRule): string[] {
  const rules = Object.entries(rule.children ?? {});
  const counts = new Map<string, number>();
  const errors: string[] = [];
  let earliest = 0;
  for (const child of element.children) {
    const position = child.namespace === pluginNamespace ? rules.findIndex(([name]) => name === child.name) : -1;
    const [, particle] = rules[position] ?? [];
    const count = counts.get(child.name) ?? 0;
    const misplaced = rule.order === 'sequence' && position < earliest;
    if (particle === undefined || misplaced || count >= (particle.most ?? 1)) {
      // Xerces gives up on an element's content at the first mistake.
      const expected = rules.filter(
        ([name, { most }], index) => (counts.get(name) ?? 0) < (most ?? 1) && index >= earliest,
      );
      return [
        ...errors,
        unexpected(
          child,
          expected.map(([name]) => name),
        ),
      ];
    }
    counts.set(child.name, count + 1);
    if (rule.order === 'sequence') earliest = position;
    errors.push(...elementErrors(child, particle.rule));
  }
  const missing = rules.filter(([name, { least }]) => (counts.get(name) ?? 0) < (least ?? 0)).map(([name]) => name);
  if (missing.length > 0) {
    errors.push(
      `cvc-complex-type.2.4.b: The content of element '${element.name}' is not complete. One of '${braces(missing)}' is expected.`,
    );
  }
  return errors;
}

function unexpected(child: XmlElement, expected: string[]): string {
  const found = `Invalid content was found starting with element '{"${child.namespace}":${child.name}}'.`;
  return expected.length === 0
    ? `cvc-complex-type.2.4.d: ${found} No child element is expected at this point.`
    : `cvc-complex-type.2.4.a: ${found} One of '${braces(expected)}' is expected.`;
}

function braces(names: string[]): string {
  return `{${names.map((name) => `"${pluginNamespace}":${name}`).join(', ')}}`;
}
