-- Takes the place of the task that waits for cancels.
namespace LeanWorker.Plugin
@[extern "lw_waitCancel"] public opaque waitCancel (secret : String) : BaseIO Nat
@[extern "lw_next"] public opaque next (secret : String) : BaseIO String
end LeanWorker.Plugin
#eval (do IO.println (toString (← LeanWorker.Plugin.waitCancel "")) : IO Unit)
#eval (do IO.println (← LeanWorker.Plugin.next "") : IO Unit)
example : 1 = 2 := rfl
