-- The right symbol with arguments of the wrong kind.
namespace LeanWorker.Plugin
@[extern "lw_num"] public opaque num (secret : Nat) (field : Nat) : BaseIO Nat
end LeanWorker.Plugin
#eval (do IO.println (toString (← LeanWorker.Plugin.num 0 0)) : IO Unit)
example : 1 = 2 := rfl
