def folderName : IO Unit := do
  let here ← IO.currentDir
  IO.println (here.fileName.getD "?")
#eval folderName
def siblingIsThere : IO Unit := do
  IO.println s!"{← System.FilePath.pathExists "cmd_where_am_i.lean"}"
#eval siblingIsThere
