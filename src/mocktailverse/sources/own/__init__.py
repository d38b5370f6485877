"""Own recipes: what people add themselves, from files, web pages or the dashboard's form."""
