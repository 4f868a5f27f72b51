/-
Start: all that Lean has to read where the shim is compiled into the plugin. It
calls the plugin, and does not come back. It imports as little as gives a `main`
to run, since a child has to load that at each start.
-/
module
prelude
public import Init.System.IO

@[extern "lw_start"] public opaque LeanWorker.start : BaseIO Unit

public def main : IO Unit := LeanWorker.start
