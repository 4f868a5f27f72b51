import Lean.Elab.Command
open Lean Elab Command
elab "#say " s:str : command => logInfo m!"{s.getString}"
#say "hello"
theorem wrong : 2 + 2 = 5 := by decide
theorem right : 2 + 2 = 4 := by decide
