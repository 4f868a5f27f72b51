/-!
Runtime: functions that are compiled in Lean's shared library, and those of the
plugin. The interpreter finds both by the Lean name alone (`l_NAME___boxed`), the
compiled shim by the name after `extern`. A constant has no such name, and is
written `inline`: leanc/include/lean/lean.h has its value.
-/

/-! ### Of Lean -/

@[extern "lean_string_append"] axiom String.append : String → (@& String) → String
@[extern "lean_string_dec_eq"] axiom String.decEq : (@& String) → (@& String) → Bool
@[extern "l_String_toNat_x21"] axiom String.toNat! : String → Nat
@[extern "lean_nat_add"] axiom Nat.add : (@& Nat) → (@& Nat) → Nat
@[extern "lean_nat_sub"] axiom Nat.sub : (@& Nat) → (@& Nat) → Nat
@[extern "lean_nat_dec_eq"] axiom Nat.decEq : (@& Nat) → (@& Nat) → Bool
@[extern "lean_uint8_of_nat"] axiom UInt8.ofNat : (@& Nat) → UInt8
@[extern "lean_uint32_of_nat"] axiom UInt32.ofNat : (@& Nat) → UInt32
@[extern "lean_usize_of_nat"] axiom USize.ofNat : (@& Nat) → USize
@[extern "lean_mk_empty_array_with_capacity"] axiom Array.mkEmpty : {α : Type} → (@& Nat) → Array α
@[extern "lean_array_push"] axiom Array.push : {α : Type} → Array α → α → Array α
@[extern "lean_array_to_list"] axiom Array.toList : {α : Type} → Array α → List α
@[extern "lean_panic_fn"] axiom panicCore : {α : Type} → α → String → α

axiom Task : Type → Type
@[extern "lean_io_as_task"] axiom BaseIO.asTask : {α : Type} → BaseIO α → (@& Nat) → BaseIO (Task α)

structure IO.FS.Stream where
  flush : IO Unit
  read : USize → IO Unit
  write : Unit → IO Unit
  getLine : IO String
  putStr : String → IO Unit
  isTty : BaseIO Bool

@[extern "lean_get_stdin"] axiom IO.getStdin : BaseIO IO.FS.Stream
@[extern "lean_get_stdout"] axiom IO.getStdout : BaseIO IO.FS.Stream
@[extern "lean_get_stderr"] axiom IO.getStderr : BaseIO IO.FS.Stream
@[extern "l_IO_FS_readFile"] axiom IO.FS.readFile : String → IO String
@[extern "lean_io_getenv"] axiom IO.getEnv : (@& String) → BaseIO (Option String)
@[extern "lean_io_exit"] axiom IO.Process.exit : {α : Type} → UInt8 → IO α
structure ToString (α : Type) where
  toString : α → String
@[extern c inline "l_IO_Error_instToString"] axiom IO.Error.instToString : ToString IO.Error

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

@[extern c inline "l_Lean_versionStringCore"] axiom versionStringCore : String
@[extern c inline "l_Lean_githash"] axiom githash : String
@[extern c inline "l_Lean_Options_empty"] axiom Options.empty : Options
@[extern "l_Lean_mkEmptyEnvironment"] axiom mkEmptyEnvironment : UInt32 → IO Environment

structure Import where
  module : Name
  importAll : Bool
  isExported : Bool
  isMeta : Bool
inductive OLeanLevel where | exported | server | everything
/-- Of a map of artifacts no more is wanted than an empty one. -/
inductive Artifacts where | inner (all : Unit) | leaf
@[extern "l_Lean_initSearchPath"] axiom initSearchPath : String → List String → IO Unit
@[extern "lean_enable_initializer_execution"] axiom enableInitializersExecution : IO Unit
@[extern "l_Lean_importModules"] axiom importModules : Array Import → Options → UInt32 → Array String →
  (leakEnv loadExts : Bool) → OLeanLevel → Artifacts → IO Environment

@[extern "l_Lean_Elab_process"] axiom Elab.process :
  String → Environment → Options → Option String → IO (Prod Environment MessageLog)
@[extern "l_Lean_MessageLog_toList"] axiom MessageLog.toList : (@& MessageLog) → List Message
@[extern "l_Lean_MessageLog_hasErrors"] axiom MessageLog.hasErrors : MessageLog → Bool
@[extern "l_Lean_Message_toString"] axiom Message.toString : Message → Bool → BaseIO String
@[extern "l_Lean_MessageData_toString"] axiom MessageData.toString : MessageData → BaseIO String

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

@[extern "l_Lean_Environment_find_x3f"] axiom Environment.find? : Environment → Name → Bool → Option ConstantInfo
@[extern "l_Lean_Environment_addDeclCore"] axiom Environment.addDeclCore :
  Environment → (maxHeartbeats maxRecDepth : USize) → (@& Declaration) → (@& Option IO.CancelToken) → Bool →
    Except Kernel.Exception Environment
@[extern "l_Lean_Kernel_Exception_toMessageData"] axiom Kernel.Exception.toMessageData : Kernel.Exception → Options → MessageData

end Lean

@[extern "l_String_toName"] axiom String.toName : String → Lean.Name

/-! ### Of the plugin: lean/Plugin.lean and lean/library/LeanWorker.lean -/

namespace LeanWorker

@[extern "lw_take_secret"] axiom Plugin.takeSecret : BaseIO String
@[extern "lw_preload"] axiom Plugin.preload : String → BaseIO String
@[extern "lw_begin"] axiom Plugin.begin : String → BaseIO String
@[extern "lw_strs"] axiom Plugin.strs : String → String → BaseIO (Array String)
@[extern "lw_attend"] axiom Plugin.attend : String → BaseIO Unit
@[extern "lw_next"] axiom Plugin.next : String → BaseIO String
@[extern "lw_num"] axiom Plugin.num : String → String → BaseIO Nat
@[extern "lw_str"] axiom Plugin.str : String → String → BaseIO String
@[extern "lw_is_text"] axiom Plugin.isText : String → String → BaseIO Nat
@[extern "lw_send"] axiom Plugin.send : String → String → Array Nat → Array String → BaseIO Unit
@[extern "lw_wait_cancel"] axiom Plugin.waitCancel : String → BaseIO Nat
@[extern "lw_fail"] axiom Plugin.fail : {α : Type} → String → String → BaseIO α
@[extern "lw_heap_kib"] axiom Plugin.heapKib : String → BaseIO Nat
@[extern "lw_begin_run"] axiom Plugin.beginRun : String → BaseIO String
@[extern "lw_end_run"] axiom Plugin.endRun : String → BaseIO (Array Nat)

@[extern "lw_stream_row"] axiom Stream.row : String → String → String → IO Unit
@[extern "lw_stream_notice"] axiom Stream.notice : String → String → String → IO Unit
@[extern "lw_stream_progress"] axiom Stream.progress : String → String → Nat → Nat → IO Unit
@[extern "lw_is_cancelled"] axiom isCancelled : BaseIO Bool

/-- What only C can do wrong, in faults.c, which a test loads beside the runtime. -/
@[extern "lw_fault_commit"] axiom Fault.commit : String → BaseIO Unit

end LeanWorker

/-- Of a user's module, which is a shared library: User.lean. -/
@[extern "l_User_answer"] axiom User.answer : String → IO String

