-- A grandchild that would outlive us.
def spawnOne : IO Unit := do
  let child ← IO.Process.spawn { cmd := "sleep", args := #["987654"], setsid := true }
  IO.println s!"a child: {child.pid}"
#eval spawnOne
#eval (do let _ ← IO.Process.output { cmd := "sh", args := #["-c", "sleep 987654 & kill -9 $PPID"] } : IO Unit)
