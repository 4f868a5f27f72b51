-- Leaves the process in a folder that is no more.
def leave : IO Unit := do
  IO.FS.createDirAll "gone/deeper"
  IO.Process.setCurrentDir "gone/deeper"
  IO.FS.removeDir "../deeper"
#eval leave
