/-
Session: what a session is, and its imports. A session is an environment from
which any number of files are checked. Lean gives no memory back, so a session
stays for the life of the process; the parent decides when a process has enough.
-/
namespace LeanWorker

/-- An environment of nothing but imports. -/
structure Imported where
  /-- All that made it. -/
  identity : List String
  env : Environment
  /-- The same with the library for authors of exports, once it was wanted. -/
  withLibrary : IO.Ref (Option Environment)
  /-- Lean keeps linters in one list for the process: those of these modules. -/
  linters : List Command.Linter
  /-- And all that were there when they had been imported. -/
  registered : List Command.Linter
  /-- Before the first request: in a fork server, for all its forks. -/
  preloaded : Bool
  /-- Bytes of the module files: shared with other processes, and not. -/
  mappedBytes : Nat
  privateBytes : Nat

structure Session where
  number : Nat
  /-- All that made it; an equal one is the same session. -/
  identity : List String
  /-- What was imported; sessions that import the same share it. -/
  imported : Imported
  /-- The imports, and on them what the sources declare, if any: `map₂`. -/
  env : Environment
  options : Options
  searchPath : SearchPath
  header : Header
  /-- Open for all that is elaborated in it; their scoped notations and
  instances are active in `env` already. -/
  namespaces : List Name
  /-- The same for `Command.Scope` and `Core.Context`. -/
  openDecls : List OpenDecl

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

/-- A text that is elaborated when a session is opened. -/
structure Source where
  module : String
  label : String
  text : String

/-- What a request to open a session says. -/
structure SessionRequest where
  key : String
  isModule : Bool
  imports : List String
  searchPath : List String
  options : List String
  namespaces : List String
  sources : List Source
  diagnosticBytes : Nat

/-- Before each list stands how long it is, so no two requests look the same. -/
def labelled (texts : List String) (rest : List String) : List String :=
  toString texts.toArray.size :: Compat.append texts rest

/-- What decides about the imports; `imports` are those of the sources too. -/
def SessionRequest.importIdentity (r : SessionRequest) (imports : List String) : List String :=
  toString (flag r.isModule) :: labelled imports (labelled r.searchPath r.options)

def SessionRequest.identity (r : SessionRequest) : List String :=
  r.key :: labelled r.namespaces (labelled (texts r.sources) (r.importIdentity r.imports))
where
  texts : List Source → List String
    | [] => []
    | source :: rest => source.module :: source.label :: source.text :: texts rest

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
  /-- What is imported now was not asked for by a request. -/
  preloading : Bool := false

/-- Bytes of the files whose regions these are. -/
def regionBytes (mapped : Bool) : List CompactedRegion → Nat
  | [] => 0
  | region :: rest =>
    let others := regionBytes mapped rest
    if Compat.regionIsMapped region == mapped then others + Compat.regionSize region else others

/--
Import; the error is the answer to send. A module's initializer runs once in a
process, so a linter that it registers must be kept for sessions to come.
-/
def SessionRequest.import (r : SessionRequest) (texts : List String) (searchPath : SearchPath)
    (basis : Basis) (registered : List Command.Linter) : IO (Except Answer Imported) := do
  let imports ← match importsOfTexts texts with
    | .error e => return .error (failed .import e)
    | .ok imports => pure imports
  let raw ← match rawOptions {} r.options with
    | .error e => return .error (failed .badOption e)
    | .ok raw => pure raw
  searchPathRef.set searchPath
  Command.lintersRef.set registered.toArray
  let (env, log) ← Compat.importHeader imports.toArray r.isModule raw
  if let some m := firstError? log then
    return .error (failed .import (← m.data.toString))
  let registered := (← Command.lintersRef.get).toList
  let regions := env.header.regions.toList
  return .ok {
    identity := r.importIdentity texts, env, registered, withLibrary := ← IO.mkRef none
    preloaded := basis.preloading
    linters := lintersOf env basis.linters.size registered
    mappedBytes := regionBytes true regions, privateBytes := regionBytes false regions }

/-- The same, or what another session has imported already. -/
def SessionRequest.imported (r : SessionRequest) (texts : List String) (searchPath : SearchPath)
    (basis : Basis) (known : List Session) : IO (Except Answer Imported) := do
  let identity := r.importIdentity texts
  if let some s := Compat.find? (·.imported.identity == identity) known then
    return .ok s.imported
  r.import texts searchPath basis <| match known with
    | [] => basis.linters.toList
    | newest :: _ => newest.imported.registered

end LeanWorker
