-- Starts the whole shim a second time, inside itself.
@[extern "lw_start"] public opaque LeanWorker.start : BaseIO Unit
#eval (LeanWorker.start : IO Unit)
example : 1 = 2 := rfl
