import Lean.Elab.Command
open Lean Elab Command

elab "#hello " n:ident : command => do
  logInfo m!"hello, {n.getId}"

#hello world
#hello Nat.succ

elab "#complain " s:str : command => do
  throwErrorAt s "complaint: {s.getString}"

#complain "too cold"
