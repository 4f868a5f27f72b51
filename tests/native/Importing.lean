prelude
import Basis
/-!
Importing: stands for Basis in a shim that imports it as a module. Options do not
come along with an import.
-/
set_option bootstrap.inductiveCheckResultingUniverse false
set_option linter.all false
set_option genCtorIdx false

