/** Accounts that Hallpass never writes to, whatever it knows of them. */

export interface ExemptAccount {
  /** A user name or object id, in lower case, with `*` for any characters: `admin-*@contoso.edu`. */
  account: string;
  /** Why, in the words of whoever added it. */
  reason: string;
}
