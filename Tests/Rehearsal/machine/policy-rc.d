#!/bin/sh
# Asked by packages whether a service may start: policy-rc.d NAME VERB, the verb in parentheses since there is no runlevel.
# There is no init of System V: what can be started is started here. Status 101: not by you.
# apt's own PATH has nothing local.
PATH=/usr/local/sbin:/usr/local/bin:$PATH
case $2 in
  start | '(start)') systemctl start "$1" >/dev/null 2>&1 ;;
  stop | restart) systemctl "$2" "$1" >/dev/null 2>&1 ;;
esac
exit 101
