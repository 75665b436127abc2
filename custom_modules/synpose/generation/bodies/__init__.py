"""Body models: shapes, skeletons, skinning."""
