/-
Main: how the interpreter starts the shim, where it is not compiled into the
plugin.
-/

/-- `IO.Process.exit`, since the embedded toolchain spoils a returned code. -/
public unsafe def main : IO Unit := do
  LeanWorker.serve
  IO.Process.exit 0
