/-
Session: OPEN_SESSION. A session is an environment with its imports, from which
any number of files are checked. Lean gives no memory back, so a session stays
for the life of the process; the parent decides when a process has enough.
-/
namespace LeanWorker

structure Session where
  number : Nat
  /-- All that made it; an equal one is the same session. -/
  identity : List String
  env : Environment
  options : Options
  searchPath : SearchPath
  header : Header
  /-- Open for all that is elaborated in it; their scoped notations and
  instances are active in `env` already. -/
  namespaces : List Name
  /-- The same for `Command.Scope` and `Core.Context`. -/
  openDecls : List OpenDecl
  /-- Lean keeps linters in one list for the process: those of this session. -/
  linters : List Command.Linter
  /-- And all that were there when it had been opened. -/
  registered : List Command.Linter

/-- The newest first; numbers are given out from 1 in order. -/
abbrev Sessions := IO.Ref (List Session)

/--
Options as after `-D`. They stay strings until their declarations are known,
which is after the imports.
-/
def rawOptions (base : Options) (settings : List String) : Except String Options :=
  match settings with
  | [] => .ok base
  | setting :: rest =>
    match setting.splitOn "=" with
    | [] | [_] => .error s!"malformed option '{setting}': NAME=VALUE is wanted"
    | name :: value =>
      rawOptions (base.insert name.toName (.ofString ("=".intercalate value))) rest

def parseOptions (base : Options) (settings : List String) : IO Options := do
  match rawOptions {} settings with
  | .error e => throw (IO.userError e)
  | .ok raw =>
    let mut options := base
    for (name, value) in (← Language.Lean.reparseOptions raw).entries do
      options := options.insert name value
    return options

def importsOfTexts (texts : List String) : Except String (List Import) :=
  match texts with
  | [] => .ok []
  | text :: rest =>
    match importOfText? text with
    | none => .error s!"malformed import '{text}'"
    | some i => do return i :: (← importsOfTexts rest)

/-- What a request to open a session says. -/
structure SessionRequest where
  key : String
  isModule : Bool
  imports : List String
  searchPath : List String
  options : List String
  namespaces : List String

/-- Before each list stands how long it is, so no two requests look the same. -/
def SessionRequest.identity (r : SessionRequest) : List String :=
  r.key :: toString (flag r.isModule) :: Compat.append (labelled r.imports)
    (Compat.append (labelled r.searchPath)
      (Compat.append (labelled r.options) (labelled r.namespaces)))
where
  labelled (texts : List String) : List String :=
    toString texts.toArray.size :: texts

/-- Names as they stand in a file, such as `A.«b c»`. -/
def namesOfTexts (texts : List String) : Except String (List Name) :=
  match texts with
  | [] => .ok []
  | text :: rest =>
    match Syntax.decodeNameLit ("`" ++ text) with
    | none => .error s!"malformed namespace '{text}'"
    | some name => do return name :: (← namesOfTexts rest)

/--
What Lean's own `open` makes of them: names to resolve, and an environment in
which their scoped notations and instances are active. Or the error, where there
is no such namespace.
-/
def openNamespaces (env : Environment) (options : Options) (names : List Name) :
    BaseIO (Except String (Environment × List OpenDecl)) := do
  if let [] := names then return .ok (env, [])
  let text := "open " ++ " ".intercalate (Compat.map (·.toString) names)
  let input := Compat.inputContext text ""
  let (stx, _, log) := Parser.parseCommand input { env, options } {} {}
  let ref ← IO.mkRef { Command.mkState env log options with snapshotTasks := #[] }
  let context : Command.Context := {
    fileName := "", fileMap := input.fileMap, snap? := none, cancelTk? := none }
  let _ ← (Command.elabCommandTopLevel stx context ref).toBaseIO
  let state ← ref.get
  match firstError? state.messages, state.scopes with
  | some m, _ => return .error (← m.data.toString)
  | none, scope :: _ => return .ok (state.env, scope.openDecls)
  | none, [] => return .ok (state.env, [])

/--
Of all linters of the process those that are built in, the first `builtin`, and
those that come from the modules of an environment.
-/
def lintersOf (env : Environment) (builtin : Nat) : List Command.Linter → List Command.Linter
  | [] => []
  | linter :: rest =>
    let others := lintersOf env (builtin - 1) rest
    if builtin > 0 || env.contains linter.name then linter :: others else others

/-- What a process has before its first session. -/
structure Basis where
  /-- Where the toolchain's own library is. -/
  searchPath : SearchPath
  linters : Array Command.Linter

/--
Import; the error is the answer to send. A module's initializer runs once in a
process, so a linter that it registers must be kept for sessions to come.
-/
def SessionRequest.import (r : SessionRequest) (number : Nat) (searchPath : SearchPath)
    (basis : Basis) (registered : List Command.Linter) : IO (Except Answer Session) := do
  let imports ← match importsOfTexts r.imports with
    | .error e => return .error (failed .import e)
    | .ok imports => pure imports
  let raw ← match rawOptions {} r.options with
    | .error e => return .error (failed .badOption e)
    | .ok raw => pure raw
  let namespaces ← match namesOfTexts r.namespaces with
    | .error e => return .error (failed .badOption e)
    | .ok names => pure names
  searchPathRef.set searchPath
  Command.lintersRef.set registered.toArray
  let (env, log) ← Compat.importHeader imports.toArray r.isModule raw
  if let some m := firstError? log then
    return .error (failed .import (← m.data.toString))
  match ← (parseOptions {} r.options).toBaseIO with
  | .error e => return .error (failed .badOption e.toString)
  | .ok options =>
    let registered := (← Command.lintersRef.get).toList
    let (env, openDecls) ← match ← openNamespaces env options namespaces with
      | .error e => return .error (failed .badOption e)
      | .ok opened => pure opened
    return .ok {
      registered, linters := lintersOf env basis.linters.size registered
      number, identity := r.identity, env, options, searchPath
      namespaces, openDecls
      header := { isModule := r.isModule, isPrelude := false, imports := r.imports } }

def sessionOpened (server : Server) (s : Session) (reused : Bool) (elapsed heapBefore : Nat) :
    BaseIO Answer := do
  let heapAfter ← Plugin.heapKib server.secret
  return {
    message := "SESSION_OPENED"
    numbers := #[s.number, flag reused, Compat.moduleCount s.env, elapsed, heapBefore, heapAfter,
      0, 0]
    texts := #[] }

/--
With less than half a gigabyte left of the two that the embedded toolchain can
address, an import may fail in Lean's own code in ways that nobody checks for,
and leave a process that cannot be trusted.
-/
def heapLimitKib : Nat := 1536 * 1024

/-- The folders of the request come before the toolchain's, as in `LEAN_PATH`. -/
def openSession (server : Server) (sessions : Sessions) (basis : Basis)
    (r : SessionRequest) : IO Answer := do
  let heapBefore ← Plugin.heapKib server.secret
  let known ← sessions.get
  if let some s := Compat.find? (·.identity == r.identity) known then
    return ← sessionOpened server s true 0 heapBefore
  if heapBefore > heapLimitKib then
    return failed .internal "no room for another session: this process has used up its memory"
  let (number, registered) := match known with
    | [] => (1, basis.linters.toList)
    | newest :: _ => (newest.number + 1, newest.registered)
  let searchPath := Compat.map System.FilePath.mk <| Compat.distinct <|
    Compat.append r.searchPath (Compat.map (·.toString) basis.searchPath)
  let (elapsed, result) ← timed (r.import number searchPath basis registered).toBaseIO
  match result with
  | .error e => return failed .import e.toString
  | .ok (.error answer) => return answer
  | .ok (.ok s) =>
    sessions.modify (s :: ·)
    sessionOpened server s false elapsed heapBefore

end LeanWorker
