-- A forged answer through the plugin's own door, with a guessed secret.
namespace LeanWorker.Plugin
@[extern "lw_send"] public opaque send (secret message : String)
  (numbers : Array Nat) (texts : Array String) : BaseIO Unit
end LeanWorker.Plugin
def secret := "00000000000000000000000000000000"
#eval (LeanWorker.Plugin.send secret "CHECKED" #[1, 0, 0, 0, 0, 0, 0, 0] #[] : IO Unit)
example : 1 = 2 := rfl
