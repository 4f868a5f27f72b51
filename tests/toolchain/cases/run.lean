-- Arguments, standard streams, environment, folders and files of the host; exit code 5.
public def main (args : List String) : IO UInt32 := do
  IO.println s!"args {args}"
  IO.println s!"cwd {← IO.currentDir}"
  IO.println s!"app {← IO.appPath}"
  IO.println s!"env {← IO.getEnv "LWT_WORD"} {← IO.getEnv "NODE_OPTIONS"} {← IO.getEnv "USER"}"
  let line ← (← IO.getStdin).getLine
  IO.print s!"line {line}"
  IO.FS.createDirAll "made/deep"
  IO.FS.writeFile "made/deep/file" "one\ntwo\n"
  let h ← IO.FS.Handle.mk "made/deep/file" .append
  h.putStr "three\n"
  h.flush
  IO.println s!"size {(← System.FilePath.metadata "made/deep/file").byteSize}"
  IO.FS.rename "made/deep/file" "made/moved"
  IO.println s!"real {← IO.FS.realPath "made/../made/moved"}"
  IO.println s!"entries {(← System.FilePath.readDir "made").size}"
  IO.FS.removeFile "made/moved"
  IO.FS.removeDir "made/deep"
  IO.println s!"gone {← System.FilePath.pathExists "made/moved"}"
  IO.Process.setCurrentDir "made"
  IO.println s!"cwd {← IO.currentDir}"
  IO.println "[DEBUG:K] user text on stdout"
  IO.eprintln "[DEBUG:K] user text on stderr"
  return 5
