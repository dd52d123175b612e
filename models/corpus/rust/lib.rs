//! Empty: this package only names what the corpus is made of.
