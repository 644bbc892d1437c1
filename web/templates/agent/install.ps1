# Installs the Cadastre agent of {{ server }} on Windows, enrols it and starts it.
# As an administrator; the enrolment token is read from a variable, which no process list shows:
#   $env:CADASTRE_TOKEN = 'TOKEN'; Invoke-RestMethod {{ server }}/agent/install.ps1 | Invoke-Expression
# All of it is read before any of it runs: a script cut short does nothing.
& {
    $ErrorActionPreference = 'Stop'
    $server = '{{ server|replace("'", "''") }}'
    $digest = '{{ digest }}'
    $folder = Join-Path $env:ProgramData 'cadastre-agent'
    $program = Join-Path $folder '{{ name }}'
    $state = Join-Path $folder 'state'
    $token = $env:CADASTRE_TOKEN
    $env:CADASTRE_TOKEN = $null

    $who = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
    if (-not $who.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'cadastre-agent: run this as an administrator'
    }
    if (-not $token) { throw 'cadastre-agent: put the enrolment token into $env:CADASTRE_TOKEN' }
    $python = (Get-Command py, python -ErrorAction SilentlyContinue | Select-Object -First 1).Source
    if (-not $python) { throw 'cadastre-agent: Python 3.9 or newer is needed: install it first' }
    & $python -c 'import sys; sys.exit(sys.version_info < (3, 9))'
    if ($LASTEXITCODE -ne 0) { throw 'cadastre-agent: Python 3.9 or newer is needed' }

    # Only administrators and the system may write where code of the system lies.
    New-Item -ItemType Directory -Force -Path $folder | Out-Null
    icacls $folder /inheritance:r /grant '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
    if ($LASTEXITCODE -ne 0) { throw 'cadastre-agent: the folder cannot be closed to others' }
    New-Item -ItemType Directory -Force -Path $state | Out-Null
    Get-ScheduledTask -TaskName 'cadastre-agent' -ErrorAction SilentlyContinue | Stop-ScheduledTask
    Get-Service -Name 'cadastre-agent' -ErrorAction SilentlyContinue | Stop-Service

    Write-Output ('Fetching the agent from ' + $server)
    $new = $program + '.new'
    Invoke-WebRequest -UseBasicParsing -Uri ($server + '/agent/{{ name }}') -OutFile $new
    if ((Get-FileHash -Algorithm SHA256 -Path $new).Hash -ne $digest) {
        Remove-Item $new
        throw 'cadastre-agent: what was fetched is damaged; try again'
    }
    Move-Item -Force $new $program

    # Windows is read with psutil, which stays in an environment of the agent's own.
    & $python -m venv (Join-Path $folder 'python')
    if ($LASTEXITCODE -ne 0) { throw 'cadastre-agent: Python cannot make an environment' }
    $python = Join-Path $folder 'python\Scripts\python.exe'
    & $python -m pip install --quiet psutil
    if ($LASTEXITCODE -ne 0) { throw 'cadastre-agent: psutil could not be installed' }

    $token | & $python -I $program enrol --state-dir $state --server $server --token -{{ flags }}
    if ($LASTEXITCODE -ne 0) { throw 'cadastre-agent: the machine could not be enrolled' }

    # A service by itself; where Windows does not let this Python be one, a task.
    & $python -I $program service install --state-dir $state
    $served = $LASTEXITCODE -eq 0
    if ($served) {
        try { (Get-Service -Name 'cadastre-agent').WaitForStatus('Running', [TimeSpan]::FromSeconds(60)) }
        catch { $served = $false }
    }
    if ($served) {
        Unregister-ScheduledTask -TaskName 'cadastre-agent' -Confirm:$false -ErrorAction SilentlyContinue
        return
    }
    if (Get-Service -Name 'cadastre-agent' -ErrorAction SilentlyContinue) {
        & $python -I $program service remove --state-dir $state
    }

    $action = New-ScheduledTaskAction -Execute $python -Argument ('-I "' + $program + '" supervise "' + $state + '"')
    $trigger = New-ScheduledTaskTrigger -AtStartup
    $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries `
        -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)
    Register-ScheduledTask -Force -TaskName 'cadastre-agent' -User 'SYSTEM' -RunLevel Highest `
        -Action $action -Trigger $trigger -Settings $settings | Out-Null
    Start-ScheduledTask -TaskName 'cadastre-agent'
    Write-Output 'No service could be made. The agent runs as the task cadastre-agent, and starts with the machine.'
}
