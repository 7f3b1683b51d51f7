import { installFolder } from "../../scripts/install-folder.ts";

installFolder(import.meta.dirname, ["--ignore-scripts"]);
