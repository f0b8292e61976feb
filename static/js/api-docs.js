// Show the OpenAPI description with Swagger UI. Nothing is asked of an outside host.
const main = document.querySelector("#swagger");
window.SwaggerUIBundle({
  url: main.dataset.schema,
  domNode: main,
  deepLinking: true,
  validatorUrl: null,
  supportedSubmitMethods: ["get", "head"],
});
