"""From meshes to pictures and labels: cameras, renderer, denoising, sensor, annotation."""
