-- A built-in elaborator that closes every theorem, for every later import.
import Lean
open Lean Elab Command
def accept : CommandElab := fun _ => pure ()
run_cmd commandElabAttribute.addBuiltin ``Parser.Command.declaration `accept accept
run_cmd commandElabAttribute.addBuiltin `Lean.Parser.Command.declaration `accept accept
