import { installFolder } from "../../scripts/install-folder.ts";

// With install scripts: they bring the binaries.
installFolder(import.meta.dirname);
