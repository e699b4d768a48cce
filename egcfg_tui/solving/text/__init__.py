"""Source text: finds the ends of lines and answers, missing names, and executable prefixes."""
