/-!
Runtime: functions that are compiled in Lean's shared library, and those of the
plugin. The interpreter finds both by the Lean name alone (`l_NAME___boxed`), so
the name after `extern`, which only compiled code would use, is "".
-/

/-! ### Of Lean -/

@[extern ""] axiom String.append : String → (@& String) → String
@[extern ""] axiom String.decEq : (@& String) → (@& String) → Bool
@[extern ""] axiom String.toNat! : String → Nat
@[extern ""] axiom Nat.add : (@& Nat) → (@& Nat) → Nat
@[extern ""] axiom Nat.sub : (@& Nat) → (@& Nat) → Nat
@[extern ""] axiom Nat.decEq : (@& Nat) → (@& Nat) → Bool
@[extern ""] axiom UInt8.ofNat : (@& Nat) → UInt8
@[extern ""] axiom UInt32.ofNat : (@& Nat) → UInt32
@[extern ""] axiom USize.ofNat : (@& Nat) → USize
@[extern ""] axiom Array.mkEmpty : {α : Type} → (@& Nat) → Array α
@[extern ""] axiom Array.push : {α : Type} → Array α → α → Array α
@[extern ""] axiom Array.toList : {α : Type} → (@& Array α) → List α
@[extern ""] axiom panicCore : {α : Type} → α → String → α

axiom Task : Type → Type
@[extern ""] axiom BaseIO.asTask : {α : Type} → BaseIO α → (@& Nat) → BaseIO (Task α)

structure IO.FS.Stream where
  flush : IO Unit
  read : USize → IO Unit
  write : Unit → IO Unit
  getLine : IO String
  putStr : String → IO Unit
  isTty : BaseIO Bool

@[extern ""] axiom IO.getStdin : BaseIO IO.FS.Stream
@[extern ""] axiom IO.getStdout : BaseIO IO.FS.Stream
@[extern ""] axiom IO.getStderr : BaseIO IO.FS.Stream
@[extern ""] axiom IO.FS.readFile : String → IO String
@[extern ""] axiom IO.getEnv : (@& String) → BaseIO (Option String)
@[extern ""] axiom IO.Process.exit : {α : Type} → UInt8 → IO α
structure ToString (α : Type) where
  toString : α → String
@[extern ""] axiom IO.Error.instToString : ToString IO.Error

namespace Lean

axiom Name : Type
axiom Level : Type
axiom Expr : Type
axiom Options : Type
axiom Environment : Type
axiom MessageLog : Type
axiom Message : Type
axiom MessageData : Type
axiom IO.CancelToken : Type
axiom Kernel.Exception : Type

@[extern ""] axiom versionStringCore : String
@[extern ""] axiom githash : String
@[extern ""] axiom Options.empty : Options
@[extern ""] axiom mkEmptyEnvironment : UInt32 → IO Environment

structure Import where
  module : Name
  importAll : Bool
  isExported : Bool
  isMeta : Bool
inductive OLeanLevel where | exported | server | everything
/-- Of a map of artifacts no more is wanted than an empty one. -/
inductive Artifacts where | inner (all : Unit) | leaf
@[extern ""] axiom initSearchPath : String → List String → IO Unit
@[extern ""] axiom enableInitializersExecution : IO Unit
@[extern ""] axiom importModules : Array Import → Options → UInt32 → Array String →
  (leakEnv loadExts : Bool) → OLeanLevel → Artifacts → IO Environment

@[extern ""] axiom Elab.process :
  String → Environment → Options → Option String → IO (Prod Environment MessageLog)
@[extern ""] axiom MessageLog.toList : MessageLog → List Message
@[extern ""] axiom MessageLog.hasErrors : MessageLog → Bool
@[extern ""] axiom Message.toString : Message → Bool → BaseIO String
@[extern ""] axiom MessageData.toString : MessageData → BaseIO String

structure ConstantVal where
  name : Name
  levelParams : List Name
  type : Expr
structure TheoremVal extends ConstantVal where
  value : Expr
  all : List Name
inductive ConstantInfo where
  | axiomInfo (val : Unit) | defnInfo (val : Unit) | thmInfo (val : TheoremVal)
  | opaqueInfo (val : Unit) | quotInfo (val : Unit) | inductInfo (val : Unit)
  | ctorInfo (val : Unit) | recInfo (val : Unit)
inductive Declaration where
  | axiomDecl (val : Unit) | defnDecl (val : Unit) | thmDecl (val : TheoremVal)
  | opaqueDecl (val : Unit)

@[extern ""] axiom Environment.find? : Environment → Name → Bool → Option ConstantInfo
@[extern ""] axiom Environment.addDeclCore :
  Environment → (maxHeartbeats maxRecDepth : USize) → (@& Declaration) → (@& Option IO.CancelToken) → Bool →
    Except Kernel.Exception Environment
@[extern ""] axiom Kernel.Exception.toMessageData : Kernel.Exception → Options → MessageData

end Lean

@[extern ""] axiom String.toName : String → Lean.Name

/-! ### Of the plugin: lean/Plugin.lean and lean/library/LeanWorker.lean -/

namespace LeanWorker

@[extern ""] axiom Plugin.takeSecret : BaseIO String
@[extern ""] axiom Plugin.preload : String → BaseIO String
@[extern ""] axiom Plugin.begin : String → BaseIO String
@[extern ""] axiom Plugin.strs : String → String → BaseIO (Array String)
@[extern ""] axiom Plugin.attend : String → BaseIO Unit
@[extern ""] axiom Plugin.next : String → BaseIO String
@[extern ""] axiom Plugin.num : String → String → BaseIO Nat
@[extern ""] axiom Plugin.str : String → String → BaseIO String
@[extern ""] axiom Plugin.isText : String → String → BaseIO Nat
@[extern ""] axiom Plugin.send : String → String → Array Nat → Array String → BaseIO Unit
@[extern ""] axiom Plugin.waitCancel : String → BaseIO Nat
@[extern ""] axiom Plugin.fail : {α : Type} → String → String → BaseIO α
@[extern ""] axiom Plugin.heapKib : String → BaseIO Nat
@[extern ""] axiom Plugin.beginRun : String → BaseIO String
@[extern ""] axiom Plugin.endRun : String → BaseIO (Array Nat)

@[extern ""] axiom Stream.row : String → String → String → IO Unit
@[extern ""] axiom Stream.notice : String → String → String → IO Unit
@[extern ""] axiom Stream.progress : String → String → Nat → Nat → IO Unit
@[extern ""] axiom isCancelled : BaseIO Bool

/-- What only C can do wrong, in faults.c, which a test loads beside the runtime. -/
@[extern ""] axiom Fault.commit : String → BaseIO Unit

end LeanWorker

