/-
Export: RUN. A function of the session is looked up by its name, its type is
compared, and it is called. Rows go from the function to the plugin
(`lean/library`, `src/child/plugin/stream.c`), and never pass through here.
-/
namespace LeanWorker

/-! ### Types -/

/--
With reducible definitions unfolded wherever that shows a function's arguments
or its result, so that an `abbrev` is as good as what it stands for.
-/
partial def unfolded (env : Environment) (e : Expr) : Expr :=
  match e with
  | .mdata _ e => unfolded env e
  | .forallE name type body info => .forallE name (unfolded env type) (unfolded env body) info
  | _ => applied e []
where
  applied (head : Expr) (args : List Expr) : Expr :=
    match head with
    | .app f arg => applied f (arg :: args)
    | .mdata _ e => applied e args
    | .lam _ _ body _ =>
      match args with
      | arg :: rest => applied (body.instantiate1 arg) rest
      | [] => head
    | .const name levels =>
      match definition? name with
      | some value => applied (value.instantiateValueLevelParams! levels) args
      | none => onto head args
    | _ => onto head args
  onto (head : Expr) : List Expr → Expr
    | [] => head
    | arg :: rest => onto (.app head (unfolded env arg)) rest
  definition? (name : Name) : Option ConstantInfo :=
    match env.find? name with
    | some (.defnInfo value) =>
      match getReducibilityStatusCore env name with
      | .reducible => some (.defnInfo value)
      | _ => none
    | _ => none

/-- How an export is called. -/
inductive Signature where
  | command | streaming

def signatureText : String :=
  "`String → IO String` or `String → LeanWorker.Stream → IO String`"

def stringType : Expr := .const ``String []

def answerType : Expr := .app (.const ``IO []) stringType

def commandType : Expr := .forallE `request stringType answerType .default

def streamingType : Expr :=
  .forallE `request stringType
    (.forallE `out (.const `LeanWorker.Stream []) answerType .default) .default

def signature? (env : Environment) (type : Expr) : Option Signature :=
  go type |>.or (go (unfolded env type))
where
  go (type : Expr) : Option Signature :=
    if type == commandType || type == unfolded env commandType then some .command
    else if type == streamingType || type == unfolded env streamingType then some .streaming
    else none

/-! ### Names -/

/-- The names that a text may stand for, the root's first. -/
def Session.meanings (session : Session) (name : Name) : List ConstantInfo :=
  known (name :: Compat.map (· ++ name) session.namespaces)
where
  known : List Name → List ConstantInfo
    | [] => []
    | name :: rest =>
      match session.env.find? name with
      | some constant => constant :: known rest
      | none => known rest

def shown (items : List String) : String :=
  ", ".intercalate (Compat.map (fun item => s!"`{item}`") items)

/-- What a caller who has the name wrong may have meant: exports of the sources. -/
def Session.exports (session : Session) : List String :=
  go (Compat.newConstants session.env)
where
  go : List ConstantInfo → List String
    | [] => []
    | constant :: rest =>
      let others := go rest
      match signature? session.env constant.type with
      | some _ => if isInner constant.name then others else constant.name.toString :: others
      | none => others
  isInner (name : Name) : Bool := name.isInternal || isPrivateName name

def first (limit : Nat) : List α → List α
  | [] => []
  | item :: rest => if limit == 0 then [] else item :: first (limit - 1) rest

/-- Or the answer that says why there is none. -/
def Session.export (session : Session) (text : String) :
    BaseIO (Except Answer (ConstantInfo × Signature)) := do
  let some name := Syntax.decodeNameLit ("`" ++ text)
    | return no s!"`{text}` is no name"
  match session.meanings name with
  | [] =>
    match first 16 session.exports with
    | [] => return no s!"there is no `{text}` in this session"
    | names => return no s!"there is no `{text}` in this session; its exports are {shown names}"
  | [constant] =>
    match signature? session.env constant.type with
    | some signature => return .ok (constant, signature)
    | none =>
      let type ← typeText session constant.type
      return no s!"`{constant.name.toString}` has the type `{type}`; an export has {signatureText}"
  | several =>
    let names := Compat.map (fun constant => constant.name.toString) several
    return no s!"`{text}` may be any of {shown names}"
where
  no (detail : String) : Except Answer (ConstantInfo × Signature) :=
    .error (failed .noExport detail)
  typeText (session : Session) (type : Expr) : BaseIO String :=
    (MessageData.withContext { env := session.env, mctx := {}, lctx := {}, opts := session.options }
      (.ofExpr type)).toString

/-! ### Running -/

/-- The code of an export; a stream is the run's token, and nothing else. -/
def Session.code (session : Session) (name : Name) (signature : Signature) :
    Except String (String → String → IO String) :=
  match signature with
  | .command => do
    let run ← Plugin.evalConst (String → IO String) session.env session.options name
    return fun request _ => run request
  | .streaming =>
    Plugin.evalConst (String → String → IO String) session.env session.options name

/-- What it prints is for people: never for the pipe of the frames. -/
def callExport (server : Server) (surroundings : Surroundings)
    (run : String → String → IO String) (request : String) :
    IO (Except IO.Error String × Array Nat) := do
  let token ← Plugin.beginRun server.secret
  let _ ← IO.setStdout (← IO.getStderr)
  let result ← (run request token).toBaseIO
  let counts ← Plugin.endRun server.secret
  surroundings.restore
  return (result, counts)

def runExport (server : Server) (surroundings : Surroundings) (session : Session)
    (text request : String) : IO Answer := do
  let (constant, signature) ← match ← session.export text with
    | .error answer => return answer
    | .ok found => pure found
  let run ← match session.code constant.name signature with
    | .error e => return failed .noExport s!"`{constant.name.toString}` cannot be run: {e}"
    | .ok run => pure run
  session.enter
  let room := (← Plugin.frameLimit server.secret) - 4096
  match ← callExport server surroundings run request with
  | (.ok response, counts) =>
    if response.utf8ByteSize > room then
      return failed .export "the answer exceeds the frame limit"
    return { message := "RAN", numbers := counts, texts := #[response] }
  | (.error e, _) =>
    if (← Plugin.cancelled server.secret) != 0 then
      return failed .cancelled "the export ended by a cancel"
    return failed .export (Compat.takeBytes e.toString (min room 65536))

end LeanWorker
