
of the desk