SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  validatorUrl: null,
});
