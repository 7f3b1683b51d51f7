/**
 * Where the project lives. What is left out is said nowhere: fields of package.json, links of the site and of the help that need an address are left out
 * with it. Whoever publishes the project fills these in; `npm run release:dry` says which are missing.
 */
export const ADDRESSES: {
  /** The repository in a browser, without a slash at its end. */
  readonly repository?: string;
  /** The site of the documentation, without a slash at its end. */
  readonly docs?: string;
} = Object.freeze({});
