def half : IO Unit := do
  let out ← IO.getStdout
  out.write ⟨#[0xe2, 0x98]⟩
def rest : IO Unit := do
  let out ← IO.getStdout
  out.write ⟨#[0x83, 0x0a]⟩
#eval half
#eval rest
#eval half *> rest
