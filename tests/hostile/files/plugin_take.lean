-- The secret is given out once.
namespace LeanWorker.Plugin
@[extern "lw_takeSecret"] public opaque takeSecret : BaseIO String
end LeanWorker.Plugin
#eval (do IO.println (← LeanWorker.Plugin.takeSecret) : IO Unit)
example : 1 = 2 := rfl
