def readAll : IO Unit := do
  let input ← IO.getStdin
  let line ← input.getLine
  IO.println s!"read {line.length} characters"
#eval readAll
#eval readAll
