public def main : IO Unit := throw (IO.userError "boom")
