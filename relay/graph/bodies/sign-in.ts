/** Microsoft Entra's answers to a sign-in. */
import { z } from 'zod';

export const openIdConfiguration = z.looseObject({ token_endpoint: z.string(), issuer: z.string() });

const seconds = z.coerce.number().positive();

export interface Token {
  text: string;
  /** How many seconds it is valid, and after which Microsoft recommends renewing it. */
  expiresIn: number;
  refreshIn: number | undefined;
}

/** A token of three parts: the roles are read from it. */
export const tokenAnswer = z
  .object({
    access_token: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]*$/),
    expires_in: seconds,
    refresh_in: seconds.optional().catch(undefined),
  })
  .transform(({ access_token: text, expires_in: expiresIn, refresh_in: refreshIn }): Token => {
    return { text, expiresIn, refreshIn };
  });

/** An error from Entra has a number, in its text or in a list. */
export const entraError = z
  .object({
    error: z.string(),
    error_codes: z.array(z.unknown()).optional().catch(undefined),
    error_description: z.string().optional().catch(undefined),
  })
  .transform(({ error, error_codes: [first] = [], error_description: description = '' }) => {
    const said = /AADSTS(\d+)/.exec(description)?.[1];
    const listed = typeof first === 'number' ? first : undefined;
    return { error, code: said === undefined ? listed : Number(said), description };
  });
