import Lean.Elab.Command
open Lean Elab Command
run_cmd logInfo m!"{(← getEnv).mainModule}"
private def tucked := 3
set_option pp.privateNames true in
#check tucked
#print tucked
run_cmd logInfo m!"{``tucked}"
run_cmd logInfo m!"{← getFileName}"
