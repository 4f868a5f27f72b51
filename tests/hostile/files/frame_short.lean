-- The same with a body that is too short for what it says it is.
def frame : ByteArray :=
  ⟨#[4, 0, 0, 0, 23, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]⟩
def writeTo (path : String) : IO Unit := do
  try
    let h ← IO.FS.Handle.mk path .append
    h.write frame
    h.flush
  catch _ => pure ()
#eval writeTo "/proc/self/fd/3"
#eval writeTo "/proc/self/fd/4"
#eval writeTo "/proc/self/fd/5"
#eval writeTo "/proc/self/fd/6"
example : 1 = 2 := rfl
