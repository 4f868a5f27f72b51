#eval IO.Process.setCurrentDir "/"
#eval (do IO.println (← IO.currentDir).toString : IO Unit)
