/-! Uncaught: in place of Serve, a `main` that ends in an exception. -/

unsafe def main (args : List String) : IO Unit :=
  IO.bind (IO.lift LeanWorker.Plugin.takeSecret) fun first =>
  IO.bind (IO.lift (LeanWorker.Plugin.begin first)) fun secret =>
  IO.bind (IO.FS.readFile "/nowhere") fun _ =>
  IO.lift (LeanWorker.Plugin.attend secret)
