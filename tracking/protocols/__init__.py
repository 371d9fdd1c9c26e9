"""What devices speak: a module a protocol, each pure; `registry` names them all."""
