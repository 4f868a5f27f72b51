-- The same without `public`: the interpreter looks for another symbol and ends.
namespace LeanWorker.Plugin
@[extern "lw_send"] opaque send (secret message : String)
  (numbers : Array Nat) (texts : Array String) : BaseIO Unit
end LeanWorker.Plugin
#eval (LeanWorker.Plugin.send "" "CHECKED" #[] #[] : IO Unit)
