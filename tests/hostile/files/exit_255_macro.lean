import Lean
open Lean Elab
elab "leave" : term => do
  let _ ← (IO.Process.exit 255 : IO Unit)
  return mkConst ``True.intro
theorem fine : True := leave
