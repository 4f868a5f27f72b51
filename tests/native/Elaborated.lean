/-! Elaborated: in place of Serve, a shim that Lean does not accept. -/

unsafe def main (args : List String) : IO Unit := IO.lift nothingOfThisName
