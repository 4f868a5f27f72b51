/-! Start: as lean/Start.lean, all that Lean reads where the shim is compiled. -/

@[extern "lw_start"] axiom LeanWorker.start : BaseIO Unit

def main (args : List String) : IO Unit := IO.lift LeanWorker.start
