import { installFolder } from "../../scripts/install-folder.ts";

// None of the peers needs its install scripts to be measured.
installFolder(import.meta.dirname, ["--ignore-scripts"]);
