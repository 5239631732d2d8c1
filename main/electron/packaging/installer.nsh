; Offers Pipewave under "Open with" for traces, without taking .json or .gz from whatever program opens them now.
!macro customInstall
  WriteRegStr SHCTX "Software\Classes\Pipewave.Trace" "" "Trace"
  WriteRegStr SHCTX "Software\Classes\Pipewave.Trace\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  WriteRegStr SHCTX "Software\Classes\.json\OpenWithProgids" "Pipewave.Trace" ""
  WriteRegStr SHCTX "Software\Classes\.gz\OpenWithProgids" "Pipewave.Trace" ""
!macroend

!macro customUnInstall
  DeleteRegKey SHCTX "Software\Classes\Pipewave.Trace"
  DeleteRegValue SHCTX "Software\Classes\.json\OpenWithProgids" "Pipewave.Trace"
  DeleteRegValue SHCTX "Software\Classes\.gz\OpenWithProgids" "Pipewave.Trace"
!macroend
