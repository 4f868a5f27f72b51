-- A large number and an array where strings are expected.
namespace LeanWorker.Plugin
@[extern "lw_str"] public opaque str (secret : Nat) (field : Array Nat) : BaseIO String
end LeanWorker.Plugin
#eval (do IO.println (← LeanWorker.Plugin.str (2 ^ 300) #[1, 2]) : IO Unit)
example : 1 = 2 := rfl
