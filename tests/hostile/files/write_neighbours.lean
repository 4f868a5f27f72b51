-- Files beside the checked ones, and one that shadows a module by its name.
#eval IO.FS.writeFile "planted.lean" "theorem planted : 1 = 2 := sorry"
#eval IO.FS.writeFile "Init.olean" "not an olean"
#eval IO.FS.createDirAll "Lean"
#eval IO.FS.writeFile "Lean/Elab.olean" "not an olean"
