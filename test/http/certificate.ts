/** A certificate of 127.0.0.1 that nobody has signed but itself, until 2126, and its key, which is worth nothing. */
export const selfSigned: { readonly cert: string; readonly key: string } = {
  cert: pem("CERTIFICATE", [
    "MIIBjzCCATagAwIBAgIUG0sQ/LYh1XV6lsiIgFHZPMVXyqYwCgYIKoZIzj0EAwIw",
    "FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEzMDEyMzUwNloYDzIxMjYxMTA2",
    "MTIzNTA2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO",
    "PQMBBwNCAATvkx2QlvR6gZ3IA6kSGL1szmvscWXq9tSaHeCQEG+F6Xsafut/U/6Z",
    "dpEO+qVj0AMNuNljABZP7sgcZzyD61E3o2QwYjAdBgNVHQ4EFgQUcFle27VH9NLw",
    "NZGXIkJI5Ho+ub0wHwYDVR0jBBgwFoAUcFle27VH9NLwNZGXIkJI5Ho+ub0wDwYD",
    "VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC",
    "IBGxEBlSI9xo8Bbbh9JUXV4d8My7t34CpNyTQIy1Tj1iAiAP6R4NwFt9dJwaOvv8",
    "vnfE9UmeXcWsiNpGdLAD3p0UTQ==",
  ]),
  key: pem("PRIVATE KEY", [
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggzXvEGWOSPfDdBrG",
    "V4RJaJnqLeSwzu4mjl3yX2g7qa+hRANCAATvkx2QlvR6gZ3IA6kSGL1szmvscWXq",
    "9tSaHeCQEG+F6Xsafut/U/6ZdpEO+qVj0AMNuNljABZP7sgcZzyD61E3",
  ]),
};

function pem(what: string, lines: readonly string[]): string {
  return [`-----BEGIN ${what}-----`, ...lines, `-----END ${what}-----`].join("\n");
}
