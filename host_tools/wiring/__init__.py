"""Pin tables, bills of material and wiring drawings, made from the pump profiles."""
